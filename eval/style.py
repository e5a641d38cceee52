"""The style of the report page: one sheet for light, dark and paper. No fonts, images or scripts from anywhere.

Gold is yellow and underlined, cited is blue and dotted, both is half and half: told apart without colour too.
"""

STYLE = """
:root { color-scheme: light dark; --ink: #1c1b1a; --soft: #5b5954; --paper: #fdfcfa; --card: #f3f1ec; --rule: #d6d2c9;
  --gold: #ffe08a; --cited: #b5d8ff; --bar: #3d6ea8; --bad: #a3271c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ecebe8; --soft: #b3b0a9; --paper: #191817; --card: #24221f; --rule: #45423d;
    --gold: #6b5200; --cited: #17457a; --bar: #7fb0ea; --bad: #ff9d8f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; } h3 { font-size: 1rem; margin: 0 0 .4rem; }
a { color: inherit; } .soft, figcaption { color: var(--soft); font-size: .875rem; } .bad { color: var(--bad); }
.scroll { overflow-x: auto; } figure { margin: 1rem 0; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 7rem; }
tr.group th { padding-top: .9rem; }
.question { background: var(--card); border: 1px solid var(--rule); border-radius: .4rem; padding: .8rem 1rem;
  margin: 1rem 0; } .question p { margin: .3rem 0; }
blockquote { margin: .5rem 0; padding-left: .8rem; border-left: 3px solid var(--rule); white-space: pre-wrap; }
mark { color: inherit; padding: .05em 0; }
mark.gold { background: var(--gold); border-bottom: 2px solid currentColor; }
mark.cited { background: var(--cited); border-bottom: 2px dotted currentColor; }
mark.both { background: linear-gradient(var(--gold) 50%, var(--cited) 50%); border-bottom: 3px double currentColor; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
svg .end { text-anchor: end; } svg .mid { text-anchor: middle; } svg .bar { fill: var(--bar); opacity: .75; }
svg .axis, svg .whisker { stroke: var(--ink); fill: none; } svg .grid { stroke: var(--rule); fill: none; }
svg .line { stroke: var(--bar); stroke-width: 2.5; fill: none; }
@media print { :root { --ink: #000; --soft: #333; --paper: #fff; --card: #fff; --rule: #999; --gold: #ffe08a;
    --cited: #b5d8ff; --bar: #3d6ea8; --bad: #8a1208; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; } .question, figure, tr { break-inside: avoid; }
  mark, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; } .scroll { overflow: visible; } }
"""
