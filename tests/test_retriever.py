"""citespan behind LlamaIndex's interfaces: exact offsets, relationships, and a query engine that uses them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes import HashedEmbedder, run_ingest, write_articles

from index.retriever import as_embedding, as_retriever, node_id, to_node
from index.search import Search


@pytest.fixture
def search(tmp_path: Path) -> Search:
    write_articles(tmp_path / "news", 3)
    run_ingest(tmp_path / "news", tmp_path / "store")
    return Search.open(tmp_path / "store", HashedEmbedder())


def test_nodes_are_the_hits_with_their_offsets_article_and_passage(search: Search) -> None:
    from llama_index.core.schema import NodeRelationship, TextNode

    hits = search.search("harbour council", k=4)
    nodes = as_retriever(search, k=4).retrieve("harbour council")
    assert [node.score for node in nodes] == [hit.score for hit in hits]
    titles = {a.article_id: a.title for a in search.library.articles()}
    for found, hit in zip(nodes, hits, strict=True):
        node, span = found.node, hit.sentence.span
        assert isinstance(node, TextNode) and node.start_char_idx is not None
        assert search.library.text(span.source)[node.start_char_idx : node.end_char_idx] == node.text
        assert node.node_id == node_id(span)
        assert node.metadata == {
            "source": span.source, "article_id": hit.sentence.article_id, "title": titles[hit.sentence.article_id],
        }  # fmt: skip
        source, parent = (node.relationships[kind] for kind in (NodeRelationship.SOURCE, NodeRelationship.PARENT))
        assert (source.node_id, parent.node_id) == (hit.sentence.article_id, node_id(hit.sentence.passage))  # type: ignore[union-attr]
        assert to_node(hit).node.node_id == node.node_id


def test_a_query_engine_answers_from_our_nodes(search: Search) -> None:
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine

    engine = RetrieverQueryEngine.from_args(as_retriever(search, k=2), llm=MockLLM())
    answer = engine.query("What did the council write?")
    assert [n.node.node_id for n in answer.source_nodes] == [
        node_id(hit.sentence.span) for hit in search.search("What did the council write?", k=2)
    ]
    assert answer.source_nodes[0].node.get_content() in str(answer)  # the mock repeats its prompt


def test_the_embedding_is_the_stores_own() -> None:
    ours, theirs = HashedEmbedder(), as_embedding(HashedEmbedder())
    expected = ours.encode(["a mill", "a harbour"])
    assert theirs.model_name == "hashed/float32"
    assert np.allclose(theirs.get_text_embedding_batch(["a mill", "a harbour"]), expected)
    assert np.allclose(theirs.get_query_embedding("a harbour"), expected[1])
