"""An Amplify environment's cloud state as values: parsed, changed, rendered. Pure: nothing is read or sent."""
