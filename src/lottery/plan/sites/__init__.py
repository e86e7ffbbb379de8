"""Sites: opening, closing and moving schools and programs, and where the children go."""
