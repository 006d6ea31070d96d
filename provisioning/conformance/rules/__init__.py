"""The rules of each device port: plain functions of an adapter and hands; the first line of each says the rule."""
