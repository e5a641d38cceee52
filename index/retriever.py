"""citespan's search as LlamaIndex sees it: nodes with exact offsets, an embedding, a retriever for any query engine.

The only owner of LlamaIndex's node and retriever types. Offsets are citespan's own, never LlamaIndex's. Try:
`RetrieverQueryEngine.from_args(as_retriever(search), llm=your_llm).query("what is NSATU?")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.embed import Embeds
from index.search import Search
from index.types import Hit, Span

if TYPE_CHECKING:
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeWithScore


def to_node(hit: Hit, title: str = "") -> NodeWithScore:
    """A sentence as a node: text and offsets, its article as SOURCE and its passage as PARENT."""
    from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

    span, passage = hit.sentence.span, hit.sentence.passage
    node = TextNode(
        id_=node_id(span),
        text=hit.sentence.text,
        start_char_idx=span.start,
        end_char_idx=span.end,
        metadata={"source": span.source, "article_id": hit.sentence.article_id, "title": title},
        excluded_embed_metadata_keys=["source", "article_id", "title"],
        excluded_llm_metadata_keys=["article_id"],
        relationships={
            NodeRelationship.SOURCE: RelatedNodeInfo(node_id=hit.sentence.article_id),
            NodeRelationship.PARENT: RelatedNodeInfo(node_id=node_id(passage)),
        },
    )
    return NodeWithScore(node=node, score=hit.score)


def node_id(span: Span) -> str:
    """A name for a span that is the same in every run.

    >>> node_id(Span("a.txt", 3, 9))
    'a.txt[3:9]'
    """
    return f"{span.source}[{span.start}:{span.end}]"


def as_retriever(search: Search, k: int = 5) -> BaseRetriever:
    """A LlamaIndex retriever over citespan's fused search; it gives the best `k` sentences as nodes."""
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import QueryBundle

    class SpanRetriever(BaseRetriever):  # type: ignore[misc]  # mypy does not follow the library
        def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
            titles = {a.article_id: a.title for a in search.library.articles()}
            hits = search.search(query_bundle.query_str, k)
            return [to_node(hit, titles.get(hit.sentence.article_id, "")) for hit in hits]

    return SpanRetriever()


def as_embedding(embedder: Embeds) -> BaseEmbedding:
    """citespan's embedder behind LlamaIndex's interface."""
    from llama_index.core.embeddings import BaseEmbedding

    class SpanEmbedding(BaseEmbedding):  # type: ignore[misc]
        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            vectors: list[list[float]] = embedder.encode(texts).tolist()
            return vectors

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    options: dict[str, Any] = {"model_name": embedder.name}
    return SpanEmbedding(**options)
