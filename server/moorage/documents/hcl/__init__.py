"""HashiCorp's configuration language: its syntax with spans, and the values that its expressions come to."""
