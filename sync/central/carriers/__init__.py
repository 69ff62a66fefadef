"""Carriers (承运企业): what central says to them and hears from them, one contract and an adapter for each."""
