"""The styles of step cards: they take the page's own text colour, so that they suit light and dark pages."""

from __future__ import annotations

from workbench.types import Judgement
from workbench.ui.palette import LOOKS

_STYLE = """
.wb-cards { display: flex; flex-direction: column; gap: 8px; line-height: 1.45; font-size: 0.95rem; }
.wb-title { font-weight: 600; padding: 2px 2px 4px; }
.wb-card { border: 1px solid rgba(128,128,128,.28); border-left: 4px solid var(--wb-mark);
  border-radius: 8px; padding: 8px 12px 6px; background: rgba(128,128,128,.045); }
.wb-row { display: flex; align-items: center; gap: 10px; min-height: 42px; }
.wb-sign { flex: none; width: 22px; height: 22px; border-radius: 50%; background: var(--wb-mark); color: #fff;
  font-weight: 700; font-size: 13px; display: inline-flex; align-items: center; justify-content: center; }
.wb-step { flex: 1; min-width: 0; overflow-wrap: anywhere; max-height: 12em; overflow-y: auto; font-size: 1.05rem; }
.wb-word { flex: none; font-size: 0.82rem; font-weight: 600; opacity: .85; }
.wb-line { font-size: 0.86rem; height: 24px; line-height: 24px; opacity: .8; padding-left: 32px; }
.wb-card summary { cursor: pointer; list-style: none; }
.wb-card summary::-webkit-details-marker { display: none; }
.wb-why > summary { display: flex; gap: 6px; padding-left: 10px; }
.wb-why > summary::before { content: "›"; flex: none; width: 16px; text-align: center; transition: transform .12s;
  font-size: 1.1rem; }
.wb-why[open] > summary::before { transform: rotate(90deg); }
.wb-why > summary > span { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.wb-why > summary math { font-size: 1em; }
.wb-body { padding: 6px 0 6px 32px; font-size: 0.88rem; overflow-wrap: anywhere; }
.wb-body dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 14px; margin: 0 0 8px; }
.wb-body dt { opacity: .65; margin: 0; }
.wb-body dd { margin: 0; min-width: 0; }
.wb-hints > span { opacity: .65; }
.wb-hint { margin: 4px 0 0 2px; padding-left: 10px; border-left: 2px solid rgba(128,128,128,.3); }
.wb-hint > summary { text-decoration: underline; text-decoration-style: dotted; text-underline-offset: 3px; }
.wb-hint p { margin: 4px 0; }
.wb-dispute { margin-top: 8px; padding: 3px 10px; border-radius: 6px; border: 1px solid rgba(128,128,128,.45);
  background: transparent; color: inherit; font: inherit; cursor: pointer; }
.wb-dispute:hover, .wb-dispute:focus-visible { border-color: currentColor; }
.wb-dispute[disabled] { opacity: .55; cursor: default; }
.wb-foot { font-size: 0.88rem; opacity: .85; min-height: 24px; padding: 2px; }
.wb-empty, .wb-cut { opacity: .65; font-style: italic; }
.wb-pending { --wb-mark: rgba(128,128,128,.5); }
.wb-pending .wb-step { opacity: .75; }
.wb-math { font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", "DejaVu Math TeX Gyre", math; }
.wb-step .wb-math { font-size: 1.12em; }
.wb-tally { font-size: 0.88rem; margin-top: 6px; }
.wb-bar { display: grid; grid-template-columns: minmax(70px, 34%) 1fr 3.4em; gap: 10px; align-items: center;
  min-height: 30px; }
.wb-answer { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: right; }
.wb-track { background: rgba(128,128,128,.14); border-radius: 4px; height: 12px; }
.wb-track i { display: block; height: 100%; background: var(--wb-mark); border-radius: 4px; }
.wb-math mfrac { padding: 0 .1em; }
"""


def card_style(tag: bool = True) -> str:
    """The styles that cards need, once a page; in a `style` element, or bare with `tag=False`."""
    marks = "".join(f".wb-{judgement.value} {{ --wb-mark: {LOOKS[judgement].colour}; }}\n" for judgement in Judgement)
    feet = ".wb-foot b { color: var(--wb-mark); }\n"
    return f"<style>{_STYLE}{marks}{feet}</style>" if tag else _STYLE + marks + feet
