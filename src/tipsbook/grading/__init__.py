"""How answers are graded: what an exercise is, the reader's code under a time limit, the sentences of a reply."""
