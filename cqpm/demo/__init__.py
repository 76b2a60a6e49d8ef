"""The demonstration: invented people living real journeys, through the real actions, from months ago until today.

`people` says who, `steps` how one candidate advances, `scenes` what happens to many, `chapters` what happens to whom,
`story` in which order. Nothing is written behind the actions' back: what the demonstration shows, a centre could have
done.
"""
