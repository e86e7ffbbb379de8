"""The API of one office: thin routes around the engine, which it calls and never steps behind."""
