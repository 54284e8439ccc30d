"""The web pages of Assay: they ask the services as the person who is signed in, and hold no rule of their own."""
