"""A layer of the encoder as it is exported and taught anew: the same sums, in fewer operations."""

import torch
from transformers.models.bert.modeling_bert import BertLayer


class Layer(torch.nn.Module):  # type: ignore[misc]
    """One BERT layer; query, key and value are one product, the scale is part of its weights."""

    def __init__(self, layer: BertLayer) -> None:
        super().__init__()
        attention = layer.attention.self
        self.heads = attention.num_attention_heads
        scale = attention.attention_head_size**-0.5
        asked, held, told = attention.query, attention.key, attention.value
        self.projected = torch.nn.Linear(asked.in_features, 3 * asked.out_features)
        self.projected.weight.data = torch.cat([asked.weight * scale, held.weight, told.weight])
        self.projected.bias.data = torch.cat([asked.bias * scale, held.bias, told.bias])
        self.attended = layer.attention.output.dense
        self.attended_norm = layer.attention.output.LayerNorm
        self.wide = layer.intermediate.dense
        self.narrow = layer.output.dense
        self.norm = layer.output.LayerNorm
        self.drop = torch.nn.Dropout(layer.output.dropout.p)

    def forward(self, states: torch.Tensor, blocked: torch.Tensor | None = None) -> torch.Tensor:
        """`states` (..., tokens, width); `blocked` (..., 1, 1, tokens) joins the attention."""
        parts = self.projected(states).unflatten(-1, (3 * self.heads, -1)).transpose(-3, -2)
        asked, held, told = parts.split(self.heads, -3)
        scores = asked @ held.transpose(-2, -1)
        if blocked is not None:
            scores = scores + blocked
        seen = (torch.softmax(scores, -1) @ told).transpose(-3, -2).flatten(-2)
        states = self.attended_norm(self.drop(self.attended(seen)) + states)
        thought = torch.nn.functional.gelu(self.wide(states))
        return self.norm(self.drop(self.narrow(thought)) + states)
