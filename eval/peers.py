"""A stock LlamaIndex pipeline over the same gold, with the same embedder's weights and the same language model.

Stock means its own defaults, which are named in the output; only what it cannot do without is given to it.
Try: python -m eval peers --limit 10
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from eval.pick import Gold
from eval.records import Cited, Ranked, Said
from eval.results import Result, nameless, save
from eval.run import Reply
from eval.session import measure, session
from eval.table import beside, heading
from eval.texts import Texts
from index.errors import ModelError, UserError
from index.library import Library
from index.sentences import sentences
from index.settings import Settings
from qa.llm import Model, open_model
from qa.types import Turn

NAME = "stock LlamaIndex"
NEW_TOKENS = 256  # LlamaIndex's default (DEFAULT_NUM_OUTPUTS)
# What its answers say when they refuse. It has no verdict, so its words are read as kindly as can be.
REFUSES = re.compile(
    r"empty response|cannot answer|none of the|unable to|unknown|i(?:'m| am) sorry"
    r"|(?:do|does|did|is|are|was|were|can|could)(?: not|n['’]t) (?:know|mention|provide|contain|answer|state|specif"
    r"|enough|helpful|relevant|find|clear)"
    r"|no (?:information|mention|relevant|answer|source)"
    r"|not (?:mentioned|provided|stated|specified|available|possible)",
    re.IGNORECASE,
)


def side_by_side(gold: Gold, settings: Settings, out: Path, quiet: bool = False) -> str:
    """Run the product and the peer, each in a process of its own so that memory is its own; print one table.

    Writes `out` for the product and `<out>-peer.json` for the peer. Raises UserError as the two do.
    """
    results = []
    for run in (_product, _peer):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            results.append(pool.submit(run, gold, settings, quiet).result())
    product, peer = results
    save(product, out)
    save(peer, out.with_name(f"{out.stem}-peer.json"))
    notes = [f"{NAME}: {part} = {value}" for part, value in peer.settings.items()]
    return "\n".join([heading(product), "", beside([product, peer]), "", *notes])


def _product(gold: Gold, settings: Settings, quiet: bool) -> Result:
    return session(gold, settings, None, quiet=quiet)


def _peer(gold: Gold, settings: Settings, quiet: bool) -> Result:
    with tempfile.TemporaryDirectory(prefix="citespan-peer-", ignore_cleanup_errors=True) as folder:
        peer = Stock(settings, Path(folder))
        engine = {"llm": peer.model.name, "embedder": nameless(settings.embedder), "reranker": "none"}
        made = {"index_seconds": peer.seconds}
        return measure(peer, gold, NAME, engine, peer.defaults(), quiet=quiet, clock_also=made)


class Stock:
    """The pipeline of LlamaIndex's own citation example. Raises UserError when there is no language model."""

    def __init__(self, settings: Settings, folder: Path, model: Model | None = None) -> None:
        model = model or open_model(settings)
        if model is None:
            raise UserError("The stock pipeline can't do without a language model. Choose one with --llm.")
        self.model: Model = model
        library = Library(settings.store)
        self.texts = Texts.of(library)
        self._articles = {a.source: library.text(a.source) for a in library.articles()}
        started = time.perf_counter()
        self._engine, self._chunks = _build(self._articles, settings, folder, model)
        self.seconds = round(time.perf_counter() - started, 1)

    def defaults(self) -> Mapping[str, Any]:
        """The defaults that were in force, read from the pipeline itself where it knows them."""
        retriever = self._engine.retriever
        return {
            "language model": f"{self.model.name}, {NEW_TOKENS} new tokens at the most",
            "splitter": f"{type(self._chunks).__name__}, {self._chunks.chunk_size} tokens, overlap "
            f"{self._chunks.chunk_overlap}",
            "retriever": f"{type(retriever).__name__}, similarity_top_k {retriever.similarity_top_k}",
            "store": "ChromaVectorStore, the collection's default distance",
            "answers": f"{type(self._engine).__name__}, citation chunks of "
            f"{self._engine.text_splitter.chunk_size} tokens",
            "streaming": "off, as it is by default: its first words come with its last",
            "conversations": "not supported: every turn is asked on its own",
            "refusals": "read from its words; its confidence is the score of its best source",
        }

    def reply(self, question: str, history: Sequence[Turn]) -> Reply:
        """One answer: its sources are the hits, its `[n]` marks the citations, each a whole chunk."""
        started = time.perf_counter()
        response = self._engine.query(question)
        seconds = time.perf_counter() - started
        text = str(response)
        sources = [self._place(n, node) for n, node in enumerate(response.source_nodes, 1)]
        statements = said(text, len(sources))
        used = {n for statement in statements for n in statement.citations}
        refused = not statements or bool(REFUSES.search(text))
        scores = [float(node.score or 0.0) for node in response.source_nodes]
        return Reply(
            verdict="not_found" if refused else "answered",
            statements=() if refused else statements,
            citations=() if refused else tuple(source for source in sources if source.n in used),
            closest=(),
            hits=tuple(
                Ranked(s.source, s.start, s.end, s.start, s.end, round(score, 6))
                for s, score in zip(sources, scores, strict=True)
            ),
            words=tuple(source.quote for source in sources),
            confidence=round(max(scores, default=0.0), 6),
            timings={"first": seconds, "total": seconds},
            turn=Turn(question, text or "nothing"),
        )

    def _place(self, n: int, node: Any) -> Cited:
        """Where a source stands. The engine drops its offsets, so it is looked up; failing that, the whole article."""
        source = node.node.metadata["file_name"]
        chunk = node.node.get_content().removeprefix(f"Source {n}:\n").rstrip("\n")
        start = self._articles[source].find(chunk)
        if start < 0:
            return Cited(n, source, 0, len(self._articles[source]), self._articles[source], False)
        return Cited(n, source, start, start + len(chunk), chunk, True)


def said(text: str, sources: int) -> tuple[Said, ...]:
    """The sentences of an answer with the sources that their marks name; a mark of no source names nothing.

    >>> [(statement.text, statement.citations) for statement in said("It rained [1]. It poured [2, 9].", 2)]
    [('It rained.', (1,)), ('It poured.', (2,))]
    """
    found = []
    for start, end in sentences(text):
        sentence = text[start:end]
        numbers = [int(n) for marks in re.findall(r"\[([\d,\s]+)\]", sentence) for n in re.findall(r"\d+", marks)]
        words = re.sub(r"\s*\[[\d,\s]+\]", "", sentence).strip()
        if words:
            kept = tuple(dict.fromkeys(n for n in numbers if 1 <= n <= sources))
            found.append(Said(words, kept, "generated"))
    return tuple(found)


def _build(articles: Mapping[str, str], settings: Settings, folder: Path, model: Model) -> tuple[Any, Any]:
    """Splitter, embedder, store and engine, each as its class makes it."""
    from llama_index.core import Settings as Defaults
    from llama_index.core.query_engine import CitationQueryEngine

    index = stock_index(articles, stock_embedder(settings), folder)
    return CitationQueryEngine.from_args(index, llm=adapted(model)), Defaults.node_parser


def stock_embedder(settings: Settings) -> Any:
    """The same weights in LlamaIndex's own class, as it takes them: in float32."""
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    from index.embed import model_folder

    embedder = model_folder(settings.embedder)
    if embedder is None:
        raise ModelError(f"The embedder '{settings.embedder}' is not on this machine. Name its folder with --embedder.")
    return HuggingFaceEmbedding(model_name=str(embedder))


def stock_index(articles: Mapping[str, str], embedder: Any, folder: Path) -> Any:
    """Its default splitter over the articles, and a Chroma collection in `folder` with the default distance."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.vector_stores.chroma import ChromaVectorStore

    # As its directory reader does it: the file's name is known to the node, and not embedded.
    hidden = ["file_name"]
    documents = [
        Document(text=text, metadata={"file_name": source}, excluded_embed_metadata_keys=hidden,
                 excluded_llm_metadata_keys=hidden)
        for source, text in articles.items()
    ]  # fmt: skip
    client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    store = ChromaVectorStore(chroma_collection=client.get_or_create_collection("stock"))
    context = StorageContext.from_defaults(vector_store=store)
    return VectorStoreIndex.from_documents(documents, storage_context=context, embed_model=embedder)


def stock_share(articles: Mapping[str, str], embedder: Any) -> float:
    """The share of the tokens of its chunks that its embedder reads: it cuts each off where the model's input ends."""
    from llama_index.core import Document
    from llama_index.core import Settings as Defaults

    nodes = Defaults.node_parser.get_nodes_from_documents([Document(text=text) for text in articles.values()])
    tokens = [len(ids) for ids in embedder._model.tokenizer([n.get_content() for n in nodes])["input_ids"]]
    return float(sum(min(n, embedder.max_length) for n in tokens) / sum(tokens))


def adapted(model: Model) -> Any:
    """The product's language model as a LlamaIndex LLM, with LlamaIndex's default context and output lengths."""
    from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata

    class Adapted(CustomLLM):  # type: ignore[misc]  # the library has no types
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(model_name=model.name)

        def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
            messages = [{"role": "user", "content": prompt}]
            return CompletionResponse(text="".join(model.stream(messages, NEW_TOKENS)))

        def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
            yield self.complete(prompt)

    return Adapted()
