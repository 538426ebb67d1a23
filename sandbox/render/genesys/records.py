"""Write simulated conversations as Genesys Cloud shows them, rewritten as it does.

A conversation shows minutes after it ended, is rewritten within 48 hours, and its survey
comes inside it days later.  There is no modification stamp, as there is none at the vendor.
"""

from __future__ import annotations

import msgspec

from sandbox.record_store import RecordStoreBuilder
from sandbox.render import Rendering, TrueIdentity
from sandbox.render.genesys.documents import conversation_document, sent_survey, survey_answer
from sandbox.render.genesys.ids import ConversationIds
from sandbox.render.genesys.transcripts import transcript
from sandbox.scenario import Scenario
from sandbox.simulation.context import MINUTE, GenerationContext
from sandbox.simulation.conversations import Conversation, conversations
from sandbox.simulation.identities import Identities

_encode = msgspec.json.Encoder().encode


def render(context: GenerationContext, identities: Identities) -> Rendering:
    """Write all conversations and transcripts."""
    held, transcribed, owners = RecordStoreBuilder(), RecordStoreBuilder(), []
    for call in conversations(context, identities):
        ids = ConversationIds.of(call)
        held.add(ids.conversation, _versions(context.scenario, call, ids))
        if call.phrases is not None:
            seen = call.ended + 20 * MINUTE
            document = _encode(transcript(call, ids, call.phrases))
            transcribed.add(f"{ids.conversation}/{ids.customer}", [(seen, seen, document)])
        if call.is_known:
            owners.append(TrueIdentity("conversation", ids.conversation, call.customer))
    return Rendering({"conversations": held.build(), "transcripts": transcribed.build()}, owners)


def _versions(
    scenario: Scenario, call: Conversation, ids: ConversationIds
) -> list[tuple[int, int, bytes]]:
    """Return the conversation as first served, as rewritten, and with its survey completed."""
    brand = scenario.hashtags[0]
    survey = sent_survey(call, ids, scenario.brand) if call.survey is not None else None
    wrap_up = call.wrap_up // 2
    later: list[tuple[int, str]] = []
    if call.corrected is not None:
        later.append((call.corrected, "rewritten"))
    if call.survey is not None and call.survey.completed is not None:
        later.append((call.survey.completed, "completed"))
    moments = [(call.shown, "first"), *sorted(later)]
    versions = []
    for moment, what in moments:
        if what == "rewritten":
            wrap_up = call.wrap_up
        elif what == "completed" and call.survey is not None and survey is not None:
            survey |= survey_answer(call.survey.score, call.survey.recommend, moment)
        document = conversation_document(call, ids, brand, wrap_up, survey)
        versions.append((moment, call.started, _encode(document)))
    return versions
