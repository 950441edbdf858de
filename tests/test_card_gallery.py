from tests.card_gallery import FOLDER, MOST_BYTES, PAGE, list_shown, write_page


def test_the_page_of_cards_is_the_one_that_the_command_writes():
    assert PAGE.read_text("utf-8") == write_page(list_shown())


def test_each_card_of_the_page_is_there_and_small():
    sizes = {
        card.name: (FOLDER / f"{card.name}.png").stat().st_size for card in list_shown()
    }
    assert {name for name, size in sizes.items() if size > MOST_BYTES} == set()
