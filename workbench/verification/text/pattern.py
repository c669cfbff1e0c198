"""The pattern of a token: one bounded regular expression, whose groups are the kinds of tokens and some more."""

from __future__ import annotations

import re

GROUP = r"\{(?:[^{}]|\{[^{}]{0,60}+\}){0,120}+\}"
"""What a command takes in braces, with braces in it once more."""
_BEFORE_VALUE = r"[ ](?=\$?[0-9]|[a-zA-Z](?![a-zA-Z])|[0-9]*[a-z][ ]|\\d?frac)"
"""A blank before a number or a letter."""
TOKEN = re.compile(
    rf"""\s*+(?:
    (?P<word>(?!sqrt[ ]?\(|percent(?![a-z])|[Nn]egative{_BEFORE_VALUE}
            |(?:[cmk]m|in|ft|yd|mi|units?|inches|feet|meters)(?:[²³]|\^\{{?[23]\}}?(?![0-9])))
        [A-Za-z]{{2,}}(?:['’][A-Za-z]+|-[A-Za-z]{{3,}})*)
    |(?P<bold>(?<![0-9A-Za-z)])\*\*(?=[^\s*])|(?<=\S)\*\*(?=[\s.,;:]|$))
    |(?P<delim>\\[()[\]]|\\q?quad(?![a-zA-Z])|\\(?:begin|end)\{{[a-zA-Z]{{1,10}}\*?\}}(?:\{{[^{{}}]{{0,20}}\}})?
        |\\tag\*?\{{[^{{}}]{{0,12}}\}})
    |(?P<space>\\[,;!:\ ]|\\(?:left|right)\.|\\(?:left|right|[bB]igg?[lr]?|[bx]?cancel|displaystyle|textstyle|limits
            |nonumber|hline)(?![a-zA-Z])|<<[^<>\n]{{0,80}}>>|&(?=\s*(?:[=<>≤≥≈]|\\(?:leq?|geq?|approx)\b))
        |(?<=[0-9A-Za-z}}])~(?=[\\A-Za-z0-9])|(?<=[=<>])&|(?<=[=<>][ ])&)
    |(?P<gap>&)
    |(?P<mixed>[0-9]{{1,9}}[ ][0-9]{{1,9}}/[0-9]{{1,9}}(?![0-9/]|\.[0-9])|[0-9]{{0,9}}[½⅓⅔¼¾⅕⅙⅛]
        |[0-9]{{1,9}}[ ]?\\[dt]?frac(?:\{{[0-9]{{1,9}}\}}\{{[0-9]{{1,9}}\}}|[0-9]{{2}}(?![0-9]))
        |(?<![0-9./])[0-9]{{1,9}}[ ]and[ ][0-9]{{1,9}}/[0-9]{{1,9}}(?![0-9./]|[ ]*[-+*/=x×]))
    |(?P<figures>[0-9]{{1,20}}\.[0-9]{{0,20}}\\(?:overline|bar|dot)\{{[0-9]{{1,12}}\}}|[0-9]{{1,20}}\.\([0-9]{{1,12}}\)
        |[0-9]{{1,3}}(?:(?:,|\{{,\}}|,?[ ]?\\[!,][ ]?|[\u2009\u202f])[0-9]{{3}})+(?:\.[0-9]+)?(?![0-9])
        |[0-9]{{0,20}}\.[0-9]{{1,20}}[ ]?(?:\.\.\.|…|\\[lc]?dots(?![a-zA-Z])))
    |(?P<num>[0-9]{{1,3}}(?:[ ]000)+(?![0-9])|[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    |(?P<arrow>=>|->|→|⇒|⟹|⇔|⟺|\\(?:to|implies|iff|(?:Long)?(?:[rR]ight|[lL]eftright)arrow)(?![a-zA-Z]))
    |(?P<junction>[∨∧]|\\(?:vee|lor|wedge|land)(?![a-zA-Z]))
    |(?P<other>[≠≡∈]|\\(?:neq?|not|in|notin|ni|equiv|cong|sim|simeq|propto|mid|nmid|parallel|perp|subset(?:eq)?|cup
        |cap|therefore|because)(?![a-zA-Z]))
    |(?P<rel><=|>=|==|[=<>≤≥≈]|\\(?:leq?|geq?|lt|gt|approx)(?![a-zA-Z]))
    |(?P<degree>\^\{{\\circ\}}|\^\\circ(?![a-zA-Z])|°)
    |(?P<op>\*\*|\+/[-−]|(?<=[a-zA-Z]=)\+-|(?<=[a-zA-Z][ ]=[ ])\+-
        |[Nn]egative{_BEFORE_VALUE}|[-+*/^×÷·−–±∙⋅]|\\(?:times|cdot|div|pm)(?![a-zA-Z]))
    |(?P<frac>\\[cdt]?frac(?![a-zA-Z]))
    |(?P<root>√|\\sqrt(?![a-zA-Z\[])|sqrt(?=[ ]?\())
    |(?P<box>\\boxed(?![a-zA-Z]))
    |(?P<row>\\\\(?:\[[0-9a-z.]{{1,6}}\])?)
    |(?P<unit>\\(?:text|mathrm|mbox|textbf|textit|operatorname|mathbf)\{{[^{{}}]{{0,60}}\}}
        |¢|(?<=[0-9][ ])m[²³]|(?<![a-zA-Z])
        (?:[cmk]m|in|ft|yd|mi|units?|inches|feet|meters)(?:[²³]|\^\{{?[23]\}}?(?![0-9])))
    |(?P<name>(?<![A-Za-z])[A-Za-z](?:_(?:\{{[^{{}}]{{1,16}}\}}|\{{\\(?:text|mathrm|rm)\{{[^{{}}]{{1,16}}\}}\}}|[0-9](?![0-9])|[A-Za-z](?![A-Za-z0-9])))
        |(?<![A-Za-z])[A-Za-z]'{{1,2}}(?![A-Za-z'(]|\\left))
    |(?P<greek>\\pi(?![a-zA-Z_])|\\(?:theta|alpha|beta|gamma|lambda|mu|rho|sigma|tau|phi|varphi|omega|epsilon
        |varepsilon)(?![a-zA-Z]|\s*(?:[_'(]|\\left))|\\[dD]elta(?![a-zA-Z]|\s*(?:[a-zA-Z_'(]|\\left)))
    |(?P<unread>(?:\\[A-Za-z]+|(?<![A-Za-z])[A-Za-z](?='{{1,3}}(?![A-Za-z]))'{{1,3}})
        (?:\s*[_^](?:{GROUP}|\\?[A-Za-z0-9]+))*|_(?:{GROUP}|\\?[A-Za-z0-9]+))
    |(?P<open>[({{[])|(?P<close>[)}}\]])
    |(?P<pct>\\?%|percent(?![a-z]))
    |(?P<money>\\?[$€£])
    |(?P<sup>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
    |(?P<var>[A-Za-zπθ\U000f0000-\U000ffffd])
    |(?P<sep>[,;:.?!"“”…—])
    |(?P<bad>\S))""",
    re.VERBOSE | re.DOTALL,
)
