"""What finds things to hide: presidio recognisers of ours, one kind of evidence a file."""
