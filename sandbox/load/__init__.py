"""A whole installation under load: is it as quick, as small and as honest at the end?"""
