"""Forms keep what was typed and say what is wrong beside the field."""


def test_a_blank_form_shows_the_defaults(web):
    assert 'value="0.05"' in web.get("/demo/form").text


def test_a_wrong_field_keeps_what_was_typed_and_says_what_is_wrong(web):
    answer = web.post("/demo/form", data={"name": "", "rate": "abc", "tier": "silver"})
    assert answer.status_code == 422
    assert 'value="abc"' in answer.text
    assert '<option value="silver" selected>' in answer.text
    assert 'id="error-name">is missing<' in answer.text
    assert 'id="error-rate">is not a number<' in answer.text
    assert 'aria-describedby="error-name"' in answer.text


def test_an_error_that_comes_later_stands_at_its_field(web):
    answer = web.post("/demo/form", data={"name": "taken"})
    assert answer.status_code == 422
    assert 'id="error-name">Things have moved on<' in answer.text


def test_a_right_form_passes(web):
    assert web.post("/demo/form", data={"name": "Gold", "rate": "0.1"}).status_code == 200
