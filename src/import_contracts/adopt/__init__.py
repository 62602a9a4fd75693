"""A first configuration: inferred from the code, or converted from import-linter's or tach's."""
