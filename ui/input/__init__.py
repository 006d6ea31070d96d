"""Typing on the glass: Pinyin, handwriting, digits. Nothing that is typed here is kept or learnt."""
