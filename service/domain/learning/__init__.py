"""What officers and a second opinion say of documents, and which model is in force."""
