"""What an operator does to one service, at three in the morning (see `acts`)."""
