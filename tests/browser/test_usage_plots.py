"""The Usage page: what it shows of an answer, by eye, keyboard and screen reader, in any width. Answers are made up."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from browser.usage_answers import GROUPS, at, fulfil
from browser.window import accessibility_violations
from support.inventory import stamp

PLOTS = ("series", "waits", "heat", "people", "unused")
MANY = tuple(f"Group {number}" for number in range(1, 31))
ALL_TABLES = "&tables=" + "+".join(PLOTS)
BOXES = "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"
BEYOND = "(all) => all.map((one) => one.scrollWidth - one.clientWidth)"
AS_WRITTEN = {"en": ("57%", "1,234 h", "Sat 28 Nov"), "ru": ("57 %", "1 234 ч", "сб 28 нояб.")}
POINT = "(line) => { const { x, y } = line.getPointAtLength(200); return { x, y }; }"
SMALL = {"width": 320, "height": 640}


@pytest.fixture
def usage(window, newcomer):
    """Return a function that opens the page with a made-up answer: usage("days=7", groups=…, change=…)."""

    def open_one(
        query="days=30", person=newcomer, change=lambda _: None, language="en", groups=GROUPS, machines=29, **more
    ):
        here = window(person, path=None, language=language, **more)
        here.page.route("**/usage?*", lambda route: fulfil(route, change, groups=groups, machines=machines))
        here.go(f"/?view=usage&{query}")
        expect(here.page.locator(".usage-body:not([aria-busy])")).to_have_count(1)
        return here

    return open_one


def plot(here, key):
    return here.page.locator(f".plot-{key}")


def lines(here):
    return here.page.get_by_role("slider")


def test_each_question_has_a_plot_a_table_and_a_csv(usage):
    here = usage()
    for key in PLOTS:
        title = here.text(f"usage.{key}.title")
        region = here.page.get_by_role("region", name=title, exact=True)
        address = region.get_by_role("link", name=here.text("usage.csv_of", title=title)).get_attribute("href")
        assert re.match(rf"/usage\.csv\?table={key}&from=.*&to=.*&zone=", address)
        region.get_by_role("button", name=here.text("usage.as_table", title=title)).click()
        expect(region.get_by_role("table", name=title)).to_be_visible()
    assert "tables=series+waits+heat+people+unused" in here.page.url
    here.page.reload()
    expect(here.page.get_by_role("table")).to_have_count(5)


def test_the_table_has_the_numbers_of_the_lines(usage):
    here = usage("days=30")
    lines(here).focus()
    here.page.keyboard.press("Home")
    said = lines(here).get_attribute("aria-valuetext")
    plot(here, "series").get_by_role("button").click()
    first = plot(here, "series").get_by_role("row").last
    day, *shares = first.locator("[role='rowheader'], [role='cell']").all_text_contents()
    assert said == f"{day}: " + ", ".join(f"{name} {share}" for name, share in zip(names_of(here), shares, strict=True))


def names_of(here):
    return plot(here, "series").get_by_role("columnheader").all_text_contents()[1:]


def test_the_arrow_keys_walk_the_days_and_the_groups(usage):
    here = usage("days=30", groups=MANY)
    last = int(lines(here).get_attribute("aria-valuemax"))
    lines(here).focus()
    for key, expected in (
        ("ArrowLeft", last - 1),
        ("PageUp", last - 8),
        ("ArrowRight", last - 7),
        ("Home", 0),
        ("End", last),
    ):
        here.page.keyboard.press(key)
        expect(lines(here)).to_have_attribute("aria-valuenow", str(expected))
    expect(here.page.locator(".tip")).to_be_visible()
    assert here.page.locator(".tip li").count() == 4
    for _ in range(5):
        here.page.keyboard.press("ArrowDown")
    fifth = here.page.locator(".tip li.pointed span").text_content()
    assert lines(here).get_attribute("aria-valuetext").split(": ", 1)[1].startswith(f"{fifth} ")
    assert here.page.locator(".tip li").count() == 5
    here.page.keyboard.press("Escape")
    expect(here.page.locator(".tip")).to_be_hidden()


def test_more_than_four_groups_are_grey_until_they_are_pointed_at(usage):
    here = usage("days=30", groups=MANY)
    chart = here.page.locator(".chart")
    assert [chart.locator(f".line.of-{rank}").count() for rank in range(5)] == [26, 1, 1, 1, 1]
    expect(here.page.get_by_text(here.text("usage.series.grey", n=26))).to_be_visible()
    box = chart.bounding_box()
    grey = (
        chart.locator(".line.of-0")
        .nth(12)
        .evaluate("(line) => { const { x, y } = line.getPointAtLength(200); return [x, y]; }")
    )
    here.page.mouse.move(box["x"] + grey[0], box["y"] + grey[1])
    expect(chart.locator(".here .line.of-0.pointed")).to_have_count(1)
    here.page.mouse.move(0, 0)
    expect(chart.locator(".here > *")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 1000])
def test_names_at_the_ends_of_lines_do_not_overlap(usage, width):
    def end_together(found):
        for line in found["series"]["groups"]:
            line["booked_hours"][-1] = line["service_hours"][-1] * 0.995

    here = usage(
        "days=30", change=end_together, groups=(*GROUPS, "No group at all"), viewport={"width": width, "height": 900}
    )
    boxes = here.page.locator(".chart text:has(tspan)").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) == 4
    boxes.sort(key=lambda box: box["top"])
    assert all(above["bottom"] <= below["top"] + 3 for above, below in itertools.pairwise(boxes))
    edge = here.page.locator(".lines").bounding_box()
    assert all(box["right"] <= edge["x"] + edge["width"] + 1 for box in boxes)


PLACES = """async ([wanted, room, top, bottom]) => {
  const { href } = document.querySelector('link[rel="stylesheet"]');
  const { placeApart } = await import(href.replace("page.css", "usage/end_labels.js"));
  return placeApart(wanted, room, top, bottom);
}"""


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ([10, 100], [10, 100]),
        ([50, 50], [42, 58]),
        ([50, 52, 200], [43, 59, 200]),
        ([0, 0, 0], [8, 24, 40]),
        ([231, 232, 230], [216, 232, 200]),
        ([100, 90, 110, 95], [106.75, 74.75, 122.75, 90.75]),
        ([], []),
    ],
)
def test_labels_are_moved_apart_as_little_as_possible(usage, wanted, places):
    assert usage().page.evaluate(PLACES, [wanted, 16, 8, 232]) == places


def test_the_value_of_a_heat_cell_is_told_at_the_focus_and_only_the_busiest_is_printed(usage):
    here = usage()
    grid = here.page.get_by_role("grid")
    assert [text for text in grid.get_by_role("gridcell").all_text_contents() if text.strip()] == ["96"]
    expect(plot(here, "heat")).to_contain_text("busiest: Tue 14:00, 96%")
    grid.locator("[tabindex='0']").focus()
    here.page.keyboard.press("ArrowDown")
    here.page.keyboard.press("ArrowLeft")
    focused = grid.locator("[tabindex='0']")
    expect(focused).to_be_focused()
    assert focused.get_attribute("aria-label").startswith("Wednesday 13:00, ")
    expect(plot(here, "heat").locator(".heat-value")).to_have_text(focused.get_attribute("aria-label"))
    here.page.keyboard.press("Home")
    assert grid.locator("[tabindex='0']").get_attribute("aria-label").startswith("Wednesday 00:00, ")


def test_the_reader_is_among_those_who_had_most(usage, newcomer):
    def add_me(found):
        found["people"].append({"email": newcomer.email, "token": "", "booked_hours": 1.5, "bookings": 1})

    here = usage(change=add_me)
    rows = plot(here, "people").get_by_role("listitem")
    expect(rows).to_have_count(7)
    expect(rows.nth(5)).to_contain_text("(you)")
    expect(rows.nth(5)).to_contain_text("1.5 h")
    expect(rows.last).to_contain_text(here.text("usage.people.others", n=15))


def test_the_tiles_have_the_period_before_unless_only_a_part_of_it_is_known(usage):
    here = usage()
    tiles = here.page.locator(".tile")
    expect(tiles.first).to_contain_text("before: 50%")
    expect(tiles).to_have_count(4)

    def forget(found):
        found["since"] = stamp(at("2026-01-01 00:00")) if found["from"] < "2026-01-02" else found["from"]

    other = usage(change=forget)
    expect(other.page.locator(".tile")).to_have_count(4)
    expect(other.page.locator(".was")).to_have_count(0)


@pytest.mark.parametrize("language", AS_WRITTEN)
def test_numbers_and_days_are_written_as_the_language_does(usage, language):
    def known(found):
        found["total"] |= {"ratio": 0.574, "booked_hours": 1234.4}

    here = usage("from=2026-11-01&to=2026-11-28", change=known, language=language)
    share, booked, day = AS_WRITTEN[language]
    tiles = [text.replace("\u00a0", " ") for text in here.page.locator(".tile b").all_text_contents()]
    assert tiles[:2] == [share, booked]
    lines(here).focus()
    assert re.sub(",", "", lines(here).get_attribute("aria-valuetext")).startswith(day)


def test_hours_are_told_by_the_clock_of_the_reader(usage):
    here = usage("days=7", locale="en-US")
    expect(plot(here, "heat")).to_contain_text("busiest: Tue 2:00 pm, 96%")
    lines(here).focus()
    here.page.keyboard.press("Home")
    assert "12:00 am: " in lines(here).get_attribute("aria-valuetext")


def test_of_an_hour_that_comes_twice_both_are_told_apart(usage):
    here = usage("from=2026-10-25&to=2026-10-25", timezone_id="Europe/Berlin")
    lines(here).focus()
    here.page.keyboard.press("Home")
    said = []
    for _ in range(4):
        said.append(lines(here).get_attribute("aria-valuetext").split(": ")[0].split(", ")[-1])
        here.page.keyboard.press("ArrowRight")
    assert said == ["00:00", "01:00", "02:00 UTC+2", "02:00 UTC+1"]


def test_a_line_has_a_gap_where_nothing_was_in_service(usage):
    def out_of_service(found):
        first = found["series"]["groups"][0]
        first["booked_hours"][10:12] = first["service_hours"][10:12] = [0.0, 0.0]

    here = usage("from=2026-11-01&to=2026-11-28", change=out_of_service)
    assert here.page.locator(".chart .line.of-1").get_attribute("d").count("M") == 2
    expect(here.page.locator(".chart .area")).to_have_count(0)
    lines(here).focus()
    here.page.keyboard.press("Home")
    for _ in range(10):
        here.page.keyboard.press("ArrowRight")
    assert "Production –" in lines(here).get_attribute("aria-valuetext")


def test_weekends_have_a_band(usage):
    here = usage("from=2026-11-01&to=2026-11-30", timezone_id="Europe/Berlin")
    expect(here.page.locator(".chart .rest")).to_have_count(5)
    here = usage("days=365")
    expect(here.page.locator(".chart .rest")).to_have_count(0)


@pytest.mark.parametrize("tables", ["", ALL_TABLES], ids=["plots", "tables"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_on_a_small_phone_nothing_scrolls_sideways_and_text_keeps_its_size(usage, language, tables):
    here = usage(
        f"days=365{tables}", groups=MANY, machines=500, language=language, viewport={"width": 320, "height": 640}
    )
    assert not here.scrolls_sideways()
    rooms = here.page.locator(".table-room").evaluate_all(
        "(all) => all.map((one) => one.scrollWidth - one.clientWidth)"
    )
    assert all(beyond <= 0 for beyond in rooms)
    if tables:
        return
    chart = here.page.locator(".chart")
    width, drawn = chart.evaluate("(one) => [one.getBoundingClientRect().width, one.viewBox.baseVal.width]")
    assert width == drawn
    assert chart.locator("text").first.evaluate("(one) => getComputedStyle(one).fontSize") == "12px"
    expect(here.page.locator(".legend li")).to_have_count(4)


def test_the_lines_are_drawn_anew_for_another_width(usage):
    here = usage()
    chart = here.page.locator(".chart")
    expect(chart).to_be_visible()
    here.page.set_viewport_size({"width": 700, "height": 900})
    room = here.page.locator(".lines").evaluate("(one) => Math.floor(one.clientWidth)")
    expect(chart).to_have_attribute("width", str(room))


@pytest.mark.parametrize("machines", [0, 5, 500])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_wrong_for_screen_readers(usage, language, machines):
    groups = {0: (), 5: ("One",), 500: MANY}[machines]
    here = usage(groups=groups, machines=machines, language=language)
    for theme in "light", "dark":
        here.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert accessibility_violations(here) == []


def test_nothing_is_wrong_with_the_tables_and_with_choosing_days(usage):
    here = usage(f"days=30{ALL_TABLES}")
    here.page.locator("summary").click()
    for theme in "light", "dark":
        here.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert accessibility_violations(here) == []


def test_a_long_table_grows_on_request(usage):
    here = usage("days=365&tables=series", groups=MANY)
    rows = plot(here, "series").locator("tbody tr")
    expect(rows).to_have_count(60)
    plot(here, "series").get_by_role("button", name="more rows").click()
    expect(rows).to_have_count(int(plot(here, "series").locator("tbody").evaluate("(one) => one.rows.length")))
    assert rows.count() > 360


def test_in_forced_colours_heat_and_lines_are_still_told_apart(usage):
    here = usage(groups=(*GROUPS, "Fourth"))
    here.page.emulate_media(forced_colors="active")
    dashes = [here.style(f".chart .line.of-{rank}", "strokeDasharray") for rank in (1, 2, 3, 4)]
    assert len(set(dashes)) == 4
    shades = {here.style(f".heat-scale .heat-{step}", "opacity") for step in range(6)}
    assert len(shades) == 6


def test_on_paper_there_are_plots_and_no_controls(usage):
    here = usage(color_scheme="dark")
    here.page.emulate_media(media="print")
    for part in (".plot .tools >> nth=0", ".page-bar .csv", ".page-bar .segmented", ".topbar"):
        expect(here.page.locator(part)).to_be_hidden()
    expect(here.page.locator(".chart")).to_be_visible()


def test_with_reduced_motion_nothing_moves_while_it_loads(window, newcomer):
    here = window(newcomer, path=None)
    here.page.route("**/usage?*", lambda route: None)
    here.page.emulate_media(reduced_motion="reduce")
    here.go("/?view=usage")
    expect(here.page.locator(".usage-body[aria-busy='true']")).to_have_count(1)
    moving = "document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 0).length"
    assert here.page.evaluate(moving) == 0


def test_the_drawing_is_marked_so_that_it_can_be_measured(usage):
    here = usage("days=365", groups=MANY)
    assert here.page.evaluate("performance.getEntriesByName('usage drawn').length") == 1
