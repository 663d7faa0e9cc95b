"""The sample account's Amplify backends, file by file, as the Amplify CLI leaves them after a push.

The formats are the project's own notes on Amplify's; nothing here is shared with what the console writes, so that each
side can be held against the other.
"""
