"""Labels by people: what to ask, in which order, how far they agree, and how labels come in and go out."""
