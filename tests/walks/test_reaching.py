"""Every setting is reached from the panel in three presses, and by «set»."""

from bot.model import DestinationSettings, DigestSettings, WorkspaceSettings
from tests.walks.newsrooms import PLACES, Walk
from tests.walks.reaching import Reach, by_set, from_home, list_reaches

#: Fields that say which thing the settings are of: no settings of their own.
NO_SETTINGS = {"platform", "id"}
#: Their name on their platform, and the lists of digests and destinations, which are
#: targets of their own.
ELSEWHERE = {"name", "destination", "digest"}


def test_there_is_a_walk_to_every_field_of_the_three_models():
    found = {(reach.model, reach.setting.name) for reach in list_reaches("discord")}
    for model in (DigestSettings, DestinationSettings):
        assert {(model, name) for name in model.model_fields} <= found
    here = set(WorkspaceSettings.model_fields) - NO_SETTINGS - ELSEWHERE
    assert {(WorkspaceSettings, name) for name in here} <= found


def reaches_of(walk: Walk) -> tuple[Reach, ...]:
    return tuple(list_reaches(PLACES[walk.platform][0]))


async def test_every_setting_is_reached_from_the_panel(walk):
    wrong = [await from_home(walk.walker, reach) for reach in reaches_of(walk)]
    assert list(filter(None, wrong)) == []


async def test_every_setting_is_reached_by_set(walk):
    wrong = [await by_set(walk.walker, reach) for reach in reaches_of(walk)]
    assert list(filter(None, wrong)) == []
