"""Stories: what people do with the program from beginning to end, over HTTP, with time standing still."""
