"""A folder that another system exports to, read as far as an export can be relied on."""
