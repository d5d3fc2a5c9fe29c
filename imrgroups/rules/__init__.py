"""What imrgroups knows without a database: dates, plans, marks, texts and how hard a page is to read.

Nothing in here reads a row, a file or the clock. Everything it needs is handed to it.
"""
