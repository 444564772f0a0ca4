"""The rules in force, and what people say of them: verified, cited, uploaded, linked."""
