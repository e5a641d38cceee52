"""What pages say around their articles: prompts, menus, the headings of lists of tags and of other stories.

Labels and headings alone: whole sentences are in `index/notices.py`, how both are applied is `index/kinds.py` and
`index/chrome.py`. In a phrase `…` stands for up to 40 characters, `#` for a number, an apostrophe for either kind;
`(a|b)`, `?` and `+` mean what they mean in a regular expression. Case doesn't count. A repeated group begins with
something that can't stand inside it: else the ways to divide a line, and the time for it, double with each word. Try
`ANYWHERE.fullmatch("Post a Comment")`.
"""

from __future__ import annotations

import re

_SHARE = r"(article|story|post|page|news|video|link|entry|live blog)"
SITE = (
    r"(facebook|twitter|x|whatsapp|linkedin|e-?mail|reddit|telegram|instagram|pinterest|line|bluesky|threads"
    r"|mastodon|youtube|tiktok)"
)
_NEWEST = "( more| older| newer| all| new| previous)?"
_PAGES = "(comments|replies|posts|stories|articles|updates|results|entries)"
_RIGHTS = (
    r"(©|\(c\) ?\d{4}|copyright( (©|\(c\)|by|#))+|all rights reserved|alle rechte vorbehalten|tous droits réservés"
    r"|todos los derechos|無断転載)"
)
_OURS = "(newsletter|podcast|channel|feed|updates|briefing|list)"
_LEGAL = "(terms|privacy|cookies?|legal|imprint|impressum|agb|datenschutz|contact|kontakt|contacto|about|accessibility)"
_AND = "( (of|and|&|us|this|the|our|site|page|team|newsroom|with|policy|notice|use|service|conditions|settings|sale))*"
_LINKS = (
    "(tags?|topics?|stor(y|ies)|articles?|posts?|news|links?|coverage|content|headlines?|videos?|for you|now|today)"
)
_THINGS = "(stories|posts|news|headlines|articles|reads|picks|videos|topics|reports|features|newsletters|podcasts)"
_ABOUT_READERS = "(read|viewed|shared|commented|watched|e-?mailed|clicked|discussed)"
_WHERE = "( (in|on|this|today|now|stories|articles|news)…)?"
_END = r"[\s:.!?…»›→➜+*]*"


def phrases(*lines: str, tail: str = _END) -> re.Pattern[str]:
    """One pattern for many phrases, to be used with `fullmatch`.

    >>> bool(phrases("# comments?", "read more: …").fullmatch("12 Comments")), bool(phrases("menu").fullmatch("menus"))
    (True, False)
    """
    signs = {"…": ".{0,40}", "#": r"[\d,.]+", "'": "['’]?", " ?": r"\s*", " ": r"\s+"}
    words = [line.strip() for text in lines for line in text.strip().splitlines()]
    for sign, meaning in signs.items():
        words = [word.replace(sign, meaning) for word in words]
    return re.compile(f"(?:{'|'.join(words)}){tail}", re.IGNORECASE)


# A line that is, as a whole, one of these is furniture wherever it stands.
ANYWHERE = phrases(
    rf"""
    (# )?(comments?|kommentare?|commentaires?|comentarios|comentários)
    (#|no|all) (replies|responses|shares|likes|views)
    comments? \(#\)
    comments (are closed|off|policy)
    (post|leave|add|write|submit) (a|your) (comment|reply)
    (kommentar schreiben|laisser un commentaire|deja un comentario|コメント(する)?)
    join the (conversation|discussion)…
    (view|show|read|see|hide|load)( all)?( #)?{_NEWEST} {_PAGES}…
    (share|save|print|copy|bookmark|gift|e-?mail|listen to|tweet)( this| full)* {_SHARE}( (on|via|by|with|to|as)…)?
    (like|give|pin|share) this( full)? {_SHARE}…
    share (this )?(on|to|via) …
    share (this )?(with|by) ({SITE}|(a |your )?(friends?|colleagues?|network|family))…
    (share|tweet|teilen|partager|compartir|comparte|condividi|compartilhar)
    (teilen|partager|compart(e|ir)|condividi) (auf|sur|en|su|par|esta|este|cet|diesen)…
    …シェア(する)?
    (follow|like|find|join) us( here| (on|at|via) (@|social|our|{SITE})\b…)?
    follow @\w+…
    (continue|keep) reading…
    (read|see|show|load|view) (more|next|also|all|full story|the full story)
    (read|see|watch|listen)( also| more| next)? ?: .{{3,120}}
    (also read|related( story| article| coverage)?|in pictures|gallery|from the archives?) ?: .{{3,120}}
    (lee|lea|leer|lisez|lire|voir) (también|tambien|más|aussi) ?: .{{3,120}}
    (lesen sie|mehr|leggi|veja|ver) (auch|dazu|anche|também) ?: .{{3,120}}
    (続きを読む|もっと見る|広告|次のページ)
    advertisements?( continue…)?
    advertise with us
    (sponsored|promoted|paid|partner)( content| post| links?| stories)?
    (anzeige|werbung|publicité|publicidad|pubblicità|реклама)
    (sign|log) (in|up|out)( (to|for|with|here|now|and|free)…)?
    (log ?in|create a(n| free) account|register( now)?|already a (subscriber|member)…)
    (un)?subscribe( (now|today|here|for (free|less|more|.1).*|via …|to: .*|to (our|the|this)… {_OURS}))?
    (jetzt )?abonnieren
    ((our|the|daily|weekly|free|\w+) )?newsletters?( abonnieren| sign-?up)?
    (suscríbete|abonnez-vous|s'abonner|inscrivez-vous|abonnieren sie|iscriviti|inscreva-se|recevez)…
    enter your (e-?mail|name)…
    your (e-?mail|name)( address)?
    (skip|jump|zum|aller|ir|saltar)( to|) …(content|navigation|menu|article|inhalt( springen)?|contenu|contenido)
    (was|is|did) this( page| article| information| story)?( you)? (helpful|useful|interesting)…
    (e-?mail this|blogthis!|rss feed)
    (for immediate release|press release|news release|media release)
    (back|return|go) to (the )?(top|home ?page|start)
    (loading|load more|show more|show less|see less)
    (listen|# ?-? ?min(ute)?s?( read| listen)?|#-(min|minute) (read|listen)( time)?|reading time…)
    ((last )?(updated|published|posted) )?(#|an?) (min|minute|hour|day|week|month)s? ago
    (accept|reject|allow|manage|customise|customize)( all)?( cookies| settings| preferences| choices)
    (we value your privacy|privacy settings|cookie (settings|preferences|notice))
    # (stories|articles|posts|results|items|entries)( found| in …| for …| tagged …)?
    (showing|page) #( ?[-–] ?#)? of (about )?#( results| articles| stories| pages)?
    (sort|filter) by…
    (newest|oldest|latest) first
    (manage|update)( your)? (subscriptions?|preferences|settings)
    (view|read|open)( this)?( e-?mail| message| newsletter)? (online|in( your| a)?( web)? browser)
    forward( this)?( e-?mail)? to a friend
    get (alerts|updates|the app|our app|notified)…
    (report|flag) (a|an|this)( typo| error| mistake| comment| problem| abuse)
    (powered|proudly powered) by …
    (story|article) continues( below| after| beneath)…
    (scroll|swipe) (down )?(to|for) (continue|more)…
    (have your say|tell us what you think)…
    what do you think(\? ((have|tell|let|share|leave|join|post|comment|add)\b…)?)?
    (auto-?refresh|refresh|updates? automatically)( on| off| every …)?
    (\+ ?)?follow( this)? (topic|story|tag|author|series)…
    (\x23[\w-]+[\s,]*)+
    (per e-?mail|artikel) (senden|teilen|drucken|empfehlen|kommentieren)
    (zurück|nach oben|zum seitenanfang|retour en haut|haut de page|volver arriba)…
    (ページの先頭へ|トップに戻る)
    (je m'abonne|s'inscrire|se connecter|réagir|commenter|ajouter un commentaire|suivez-nous…|imprimer l'article)
    (iniciar sesión|síguenos…|imprimir|enviar por correo|comentar|regístrate…)
    (jetzt (anmelden|registrieren|testen|lesen)|kostenlos (anmelden|testen)|folgen sie uns…)
    (いいね！?|ツイート|有料会員(限定|登録)…|会員(限定|登録)…|この記事を…(共有|シェア|保存|印刷)…|フォロー(する)?)
    (necessary cookies only|only necessary cookies|i (agree|accept)|got it|learn more|accept (and|&) (continue|close))
    {_RIGHTS}.{{0,140}}
    """
)

# The same, but only above an article's first sentence or below its last one: elsewhere it may be a subhead.
EDGE = phrases(
    rf"""
    {SITE}
    (print|save|like|reply|replies|responses|more|next|previous|close|submit|cancel|mail|drucken|imprimer|imprimir|フォロー)
    (open |toggle |main )?(menu|navigation|search)( for)?
    (home|startseite|accueil|inicio|portada|ホーム|トップページ|トップ|ログイン|会員登録)
    (live|breaking|exclusive|watch live|live updates|live blog)
    (older|newer|previous|next) (posts?|articles?|story|stories|page|entries)…
    (nächster|vorheriger) (beitrag|artikel)…
    (前の|次の)記事
    (published|posted|written|uploaded) by …
    posted in …
    this entry was posted.{{0,120}}
    (my account|archives?|jobs|careers|masthead|help|faqs?|sitemap|corrections|press|rss|shop|donate)
    advertise( with us)?
    (podcasts?|videos?|photos|games|crosswords?|puzzles|weather|e-?paper)
    {_LEGAL}{_AND}
    (mentions légales|aviso legal|política de privacidad|do not sell…|ad ?choices)
    (利用規約|プライバシーポリシー|お問い合わせ|会社概要)
    (registered office|registered in …|our mailing address).{{0,100}}
    (support|back) (our|independent|local|quality) …
    (become|be) a (member|subscriber|supporter)…
    (have|got) a (tip|story)…
    (contact|e-?mail) the (author|reporter|newsroom|editors?)…
    about the authors?
    (next|previous|up next|coming up)( article| story| post)? ?: .{{3,120}}
    (watch|video|podcast|listen|photos|opinion|explainer) ?: .{{3,120}}
    (who we are|work (for|with) us|our (team|brands|company|titles|papers)|investor relations)
    media (kit|centre|center|room)
    (code of (ethics|conduct)|editorial (standards|policy|guidelines)|complaints|syndication|licen[sc]ing)
    (partners|events)
    (modern slavery…|company (no|number)….{{0,60}}|issn.{{0,20}}|part of the …|a member of …|published by …)
    (über uns|redaktion|mediadaten|abo( bestellen)?|hilfe|karriere|nutzungsbedingungen|agb.{{0,30}})
    (qui sommes-nous ?|nous contacter|plan du site|conditions générales….{{0,40}}|nos newsletters)
    (quiénes somos|contáctenos|mapa del sitio|política de cookies|términos….{{0,40}}|hemeroteca)
    (運営会社|サイトマップ|記事一覧|一覧へ|お知らせ|採用情報|個人情報….{{0,20}})
    (results?|search|date|show only|filter|sort)( by)? ?: …
    (about )?# results.{{0,40}}
    no more (results|stories|posts)
    [\d\s.,|\u2026]*(next|previous|»|›|>)[\s\d]*
    [\d,.][\d,.\s]*
    (yes|no|ok|okay|accept|decline|dismiss|skip|play|pause|listen|download|install|options|settings|more info…)
    """
)

# Heads a list of tags or of other stories: it and the short lines below it are chrome, up to the article's next
# sentence.
LIST_HEAD = phrases(
    rf"""
    (related|recommended|suggested|similar|promoted|trending)
    (related|recommended|suggested|similar|promoted|trending) {_LINKS}…
    …popular (articles?|stories|posts|news|now|today|this week|on…)
    …most[ -]{_ABOUT_READERS}{_WHERE}
    most popular( (stories|articles|news|posts|now|today|this week|in …|on …))?
    …(access|article|story|news) ranking
    (tags?|topics?|keywords?|tagged( with)?|filed under|categories|labels)( ?:.{{0,100}})?
    (schlag(worte|wörter)|themen|etiquetas|temas|mots-clés|タグ|キーワード)( ?:.{{0,100}})?
    (you|readers|people) (may|might|could)? ?also (like|liked|read|be interested|enjoy)…
    what (to read|others are reading|people are reading|we're reading)( next| now)?
    (read|up|watch) next…
    more (stories|to explore|for you|like this|on this (story|topic)|articles|headlines)
    (share|like) this
    (explore|go|dig) (more|deeper)…
    (from (our partners|around the web)|around the web)
    (mehr zum thema|mehr aus…|lesen sie auch|auch interessant|das könnte…|(am )?meist ?gelesene?n?…)
    weitere (artikel|themen|meldungen)…
    ((à )?lire aussi|voir aussi|sur le même (sujet|thème)|les plus (lus|populaires)…)
    (les articles…|dans la même rubrique|à la une)
    (lo más (leído|visto|popular)…|las más leídas|los más leídos|te puede interesar|más noticias…|lee también)
    (noticias|artículos) relacionad[oa]s
    (leggi anche|i più letti|articoli correlati|veja também|mais lidas|leia também|notícias relacionadas)
    (関連(記事|タグ|ニュース|キーワード|リンク)?|…ランキング|おすすめ…|人気(記事|の記事)…)
    (新着(記事|ニュース)|あわせて読みたい|相关(阅读|新闻|文章)?|热门…|推荐阅读)
    (читайте также|по теме|популярное)
    """
)

# The same, but only below the article's last sentence: elsewhere an article's own list may be called so.
WEAK_LIST_HEAD = phrases(
    rf"""
    (more|also|elsewhere) (from|on|in|about|by|at|\w+)…
    (other|further|new|next|today|recent)( \w+){{0,2}} (from|on|in|about|by|at|this week|today)…
    ((the|our|more|other|further|new|next) )?(\w+ )?{_THINGS}( \w+)?
    (the )?(top|latest|breaking|today's|this week's|editors?'s?|readers?'s?|featured)( \w+){{1,3}}
    (from|in) (the|our) (archives?|magazine|newsroom|library|world|brief|focus|depth)…
    (latest|popular|trending|explore|discover|must[- ]reads?|what's new)( (on|in|from|now|today|this|more|our)…)?
    (don't miss|in case you missed it|in brief)…
    (topics|sections?|see also|read on|on this page|in this section|in other news)…
    """
)

# Above an article: what the page lists, and where in the site it is.
PAGE_HEAD = phrases(
    r"""
    (latest|all|more|recent)( the)? (news|stories|articles|posts|headlines)( .{0,60})?
    (topics?|tags?|sections?|authors?|archives?|category|search|results?|keyword)( results)? ?(:|for|-|–|/) ?.{1,60}
    (stories|articles|(all )?posts|news|(search )?results|everything) (tagged|about|on|for|with|by|in|from)\b.{0,60}
    \x23[\w-]+
    ((?!\s[>›»/]\s).){1,30}(\s[>›»/]\s((?!\s[>›»/]\s).){1,40})+
    [^\d|·•]{1,32}([|·•]+[^\d|·•]{1,32})+[|·•]*
    (news|world|politics|business|economy|culture|arts|sports?|science|technology|tech|health|opinion|local|regional)
    (travel|food|environment|climate|education|lifestyle|features?|analysis|letters|nation|national|international)
    """
)

# Prompts that stand inside an article's text: what follows them may be the article again.
INLINE = phrases(
    r"""
    advertisements?( continue…)?
    (anzeige|werbung|publicité|publicidad|広告)
    (continue|keep) reading…
    .*\b(newsletters?|subscribe|sign up)\b.*
    [^:]+ ?: .+
    (read|see|show) (more|also|next)…
    """
)
