"""What every app may import and what imports none of them: dates in words, frozen rows, random codes."""
