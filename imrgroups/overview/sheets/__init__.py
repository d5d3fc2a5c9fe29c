"""A centre's spreadsheets: columns (cells), layout (the sheets), files (xlsx and csv), store (out), check and save (in)."""
