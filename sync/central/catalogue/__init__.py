"""The catalogue at central: publishing, snapshots, the words it is found by."""
