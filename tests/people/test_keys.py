"""The master key, what is derived from it, and hashed identifiers."""

import base64
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from valence.core.errors import SettingsError
from valence.core.settings import Brand, Settings
from valence.people.keys import Keyring, Mac
from valence.people.master import add_root, parsed, roots_of


@pytest.fixture
def brand(tmp_path):
    return Brand(tmp_path, Settings())


def test_the_key_file_is_made_once_for_its_owner_alone(brand):
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: roots_of(brand, {}), range(16)))
    assert len(set(keys)) == 1
    assert len(keys[0][0]) == 32
    path = brand.data / "master.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in brand.data.iterdir()] == ["master.key"]


def test_a_key_file_that_others_can_read_is_refused(brand):
    roots_of(brand, {})
    (brand.data / "master.key").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        roots_of(brand, {})


def test_the_environment_comes_before_the_file(brand):
    text = bytes(range(32)).hex()
    assert roots_of(brand, {"VALENCE_KEY": text}) == (bytes(range(32)),)
    assert not brand.data.exists()


def test_secrets_are_hexadecimal_or_base64_and_may_be_several():
    one, two = bytes(range(32)), bytes(range(200, 240))
    text = f"# comment\n{one.hex()},\n{base64.urlsafe_b64encode(two).decode()}  # newer\n"
    assert parsed(text, where="x") == (one, two)


@pytest.mark.parametrize("text", ["hunter2", "00" * 32, "ab" * 20, "", "g" * 64])
def test_a_weak_or_broken_secret_is_refused_without_showing_it(text):
    with pytest.raises(SettingsError, match="Secret 1 in x is not a key") as caught:
        parsed(text, where="x")
    assert not text or text not in str(caught.value)


def test_an_added_secret_wraps_and_leaves_the_identifiers_as_they_are(brand):
    before = Keyring.of(brand, {})
    add_root(brand)
    after = Keyring.of(brand, {})
    assert (before.generation, after.generation) == (1, 2)
    assert after.wrapping_key(1) == before.wrapping_key(1) != after.wrapping_key(2)
    assert after.id_key("email", "a@x.org") == before.id_key("email", "a@x.org")
    assert stat.S_IMODE((brand.data / "master.key").stat().st_mode) == 0o600


def test_the_digest_is_hmac_sha256():
    wanted = hmac.digest(b"k" * 32, b"user_id\0shop\x0012748", "sha256")
    assert Mac(b"k" * 32).digests(("user_id", "shop"), [b"12748"]) == [wanted]


def test_an_id_key_depends_on_kind_and_on_the_namespace_of_scoped_kinds(keyring):
    keys = {
        keyring.id_key("user_id", "12748", "shop"),
        keyring.id_key("user_id", "12748", "app"),
        keyring.id_key("loyalty_no", "12748"),
    }
    assert len(keys) == 3
    assert {len(key) for key in keys} == {22}
    assert keyring.id_key("email", "A@x.org", "shop") == keyring.id_key("email", "a@X.org ", "app")
    assert keyring.id_key("email", "n/a") is None


def test_a_column_is_hashed_as_each_value_is(keyring):
    raw = ["a@x.org", None, "n/a", "A@x.org", "Bé@x.org"]
    column = keyring.id_keys(pa.array(raw), "email").to_pylist()
    assert column == [keyring.id_key("email", value or "") for value in raw]
    assert keyring.id_keys(pa.array([], pa.string()), "email").to_pylist() == []


def test_a_keyring_tells_nothing_when_it_is_printed(keyring):
    assert repr(keyring) == f"Keyring({keyring.fingerprint})"
    assert bytes(range(32)).hex()[:8] not in repr(keyring)
