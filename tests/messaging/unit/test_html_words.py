"""The words of an HTML mail are those that a browser would show, and as far apart."""

import pytest

from services.messaging.adapters.html_text import words_of


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<table><tr><td>Glycémie</td><td>5</td><td>12</td></tr><tr><td>Fer</td></tr></table>",
         "Glycémie 5 12\nFer"),
        ("<p>Dose : 1</p>2 fois", "Dose : 1\n2 fois"),
        ("<div>12</div>5<h4>7</h4>8<hr>9", "12\n5\n7\n8\n9"),
        ("5\r\n mg <b>par</b>\tjour", "5 mg par jour"),
        ("a<pre>1  2\n3</pre>b\nc", "a\n1 2\n3\nb c"),
        ("<html><head><title>Titre</title><meta x><body>Texte", "Texte"),
        ("<head><style>p{}</style>Texte", "Texte"),
        ("avant<!-->après", "avantaprès"),
        ("avant<!--->après<!-- caché -->fin", "avantaprèsfin"),
        ("<!--[if mso]>caché<![endif]-->vu<![if !mso]>aussi<![endif]>", "vuaussi"),
        ("<object>Voir le document<br>joint", "Voir le document\njoint"),
        ("3 < 5 et 7 > 2", "3 < 5 et 7 > 2"),
        ("a&nbsp;b &lt;script&gt; &#x41;", "a b <script> A"),
        ("x<script>if (a</b>) y</script>z<template>caché</template>", "xz"),
    ],
)  # fmt: skip
def test_words(html: str, words: str) -> None:
    """
    Cells and blocks are not glued together: 5 and 12 are no 512. What has no end hides no more than
    it would in a browser.
    """
    assert words_of(html) == words
