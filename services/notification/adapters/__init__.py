"""The outside of notification: who and where people are, words, and the ways out."""
