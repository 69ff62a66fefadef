"""The window's end of the line as a pure step: (state, event) → (state, effects); no clock, disk, network or chance inside."""
