"""A first configuration: inferred from the code, or taken over from import-linter."""
