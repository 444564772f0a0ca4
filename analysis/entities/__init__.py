"""What a text names: products, firms, regions, numbers of approval and batch, times; each with span and canonical name."""
