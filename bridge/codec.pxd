# Declares nothing: `loads` and `dumps` are short, and compiled they take half of the time around a small message.
