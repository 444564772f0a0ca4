"""What a browser meets: identity, pages in Chinese, live updates. View models are pure; pages are thin."""
