"""What contracts say and cover, and how one module depends on another."""
