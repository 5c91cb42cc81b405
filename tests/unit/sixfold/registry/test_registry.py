from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry.archive import pack
from sixfold.registry.releases import Record, Registry

Make = Callable[..., tuple[Record, Path]]


def test_a_published_release_can_be_fetched_on_another_machine(
    registry: Registry, platform: PlatformRefs, release: Make, tmp_path: Path
) -> None:
    record, archive = release()
    registry.publish(record, archive)
    bento = Registry(platform, tmp_path / "elsewhere").fetch("flight-delays", record.digest)
    assert (bento / "src" / "model.onnx").read_text() == "weights"


def test_publishing_the_same_again_keeps_the_first_record(registry: Registry, release: Make) -> None:
    record, archive = release()
    registry.publish(record, archive)
    later = record.model_copy(update={"created": record.created.replace(year=2027)})
    assert registry.publish(later, archive) == record
    assert registry.records("flight-delays") == [record]


def test_a_published_release_cannot_get_another_record(registry: Registry, release: Make) -> None:
    record, archive = release()
    registry.publish(record, archive)
    with pytest.raises(SixfoldError, match="already published with another record"):
        registry.publish(record.model_copy(update={"metrics": {"roc_auc": 0.9}}), archive)


def test_not_even_when_the_bucket_has_forgotten_it(registry: Registry, release: Make, bucket: Any) -> None:
    record, archive = release()
    registry.publish(record, archive)
    bucket.objects.delete()
    with pytest.raises(SixfoldError, match="already published with another record"):
        registry.publish(record.model_copy(update={"lock_hash": "other"}), archive)


def test_an_archive_that_is_not_the_digest_is_not_published(registry: Registry, release: Make, bucket: Any) -> None:
    record, other = release()[0], release("other")[1]
    with pytest.raises(SixfoldError, match=f"is not release {record.short}"):
        registry.publish(record, other)
    assert not list(bucket.objects.all())


def test_a_bento_overwritten_in_the_bucket_is_refused(
    registry: Registry, platform: PlatformRefs, release: Make, bucket: Any, tmp_path: Path
) -> None:
    record, archive = release()
    registry.publish(record, archive)
    bucket.upload_file(str(release("other")[1]), f"flight-delays/{record.digest}/bento.tar")
    with pytest.raises(SixfoldError, match="is not release"):
        Registry(platform, tmp_path / "elsewhere").fetch("flight-delays", record.digest)
    with pytest.raises(SixfoldError, match="is not release"):
        registry.publish(record, archive)


def test_a_bento_that_is_no_tar_is_refused(
    registry: Registry, platform: PlatformRefs, release: Make, bucket: Any, tmp_path: Path
) -> None:
    record, archive = release()
    registry.publish(record, archive)
    bucket.put_object(Key=f"flight-delays/{record.digest}/bento.tar", Body=b"cut off")
    with pytest.raises(SixfoldError, match="is not release"):
        Registry(platform, tmp_path / "elsewhere").fetch("flight-delays", record.digest)


def test_a_damaged_copy_is_replaced_by_a_download(registry: Registry, release: Make) -> None:
    record, archive = release()
    registry.publish(record, archive)
    model = registry.fetch("flight-delays", record.digest) / "src" / "model.onnx"
    model.write_text("tampered")
    registry.fetch("flight-delays", record.digest)
    assert model.read_text() == "weights"


def test_a_damaged_copy_is_refused_where_the_bucket_has_none(registry: Registry, release: Make, bucket: Any) -> None:
    record, archive = release()
    registry.publish(record, archive)
    (registry.fetch("flight-delays", record.digest) / "added.py").write_text("evil")
    bucket.objects.delete()
    with pytest.raises(SixfoldError, match="neither in"):
        registry.fetch("flight-delays", record.digest)


def test_an_archive_without_record_is_not_published_yet(registry: Registry, release: Make, bucket: Any) -> None:
    record, archive = release()
    bucket.upload_file(str(archive), f"flight-delays/{record.digest}/bento.tar")
    assert registry.records("flight-delays") == []
    registry.publish(record, archive)
    assert registry.records("flight-delays") == [record]


def test_concurrent_fetchers_share_one_whole_copy(
    registry: Registry, platform: PlatformRefs, release: Make, tmp_path: Path
) -> None:
    record, archive = release()
    registry.publish(record, archive)
    with ThreadPoolExecutor(8) as pool:
        elsewhere = [Registry(platform, tmp_path / "elsewhere") for _ in range(8)]
        found = set(pool.map(lambda each: each.fetch("flight-delays", record.digest), elsewhere))
    assert [path.name for path in (tmp_path / "elsewhere" / "releases").iterdir()] == [record.digest]
    assert [(path / "src" / "model.onnx").read_text() for path in found] == ["weights"]


def test_a_forgetful_bucket_gets_the_same_releases_back(
    registry: Registry, platform: PlatformRefs, release: Make, bucket: Any, tmp_path: Path
) -> None:
    first, second = (registry.publish(*release(name)) for name in ("one", "second"))
    bucket.objects.delete()
    assert sorted(record.short for record in registry.restore()) == sorted([first.short, second.short])
    assert registry.restore() == []
    assert registry.records("flight-delays") == [first, second]
    Registry(platform, tmp_path / "elsewhere").fetch("flight-delays", first.digest)


def test_a_damaged_copy_is_not_restored(registry: Registry, release: Make, bucket: Any) -> None:
    record, archive = release()
    registry.publish(record, archive)
    (registry.fetch("flight-delays", record.digest) / "bento.yaml").unlink()
    bucket.objects.delete()
    assert registry.restore() == []


def test_the_newest_release_of_a_training_is_found(registry: Registry, release: Make) -> None:
    registry.publish(*release("one", "same"))
    newest = registry.publish(*release("second", "same"))
    assert registry.find_training("flight-delays", "same") == newest
    assert registry.find_training("flight-delays", "other") is None


def test_a_short_digest_is_enough_where_it_is_unique(registry: Registry, release: Make) -> None:
    record = registry.publish(*release("one"))
    registry.publish(*release("second"))
    assert registry.resolve("flight-delays", record.short) == record.digest


def test_the_first_digits_of_several_releases_are_answered_with_all_of_them(registry: Registry, release: Make) -> None:
    first = [registry.publish(*release(str(number))).digest[0] for number in range(17)]  # of sixteen digits
    (twice, *_) = (digit for digit in first if first.count(digit) > 1)
    with pytest.raises(SixfoldError, match="could be any of"):
        registry.resolve("flight-delays", twice)


@pytest.mark.parametrize("digest", ["", "xyz"])
def test_no_release_begins_with_nothing_or_with_other_letters(registry: Registry, release: Make, digest: str) -> None:
    record = registry.publish(*release("one"))
    with pytest.raises(SixfoldError, match=f"(?s)no release '{digest}'.*newest first: {record.short}"):
        registry.resolve("flight-delays", digest)


def test_a_missing_release_is_named_with_where_it_was_looked_for(registry: Registry) -> None:
    with pytest.raises(
        SixfoldError, match=r"release flight-delays/aaaaaaaaaaaa is neither in .*releases nor .*s3://registry"
    ):
        registry.fetch("flight-delays", "a" * 64)


def test_a_registry_out_of_reach_is_not_a_missing_release(platform: PlatformRefs, tmp_path: Path) -> None:
    nowhere = platform.model_copy(update={"registry_bucket": "gone"})
    with pytest.raises(SixfoldError, match="NoSuchBucket"):
        Registry(nowhere, tmp_path).fetch("flight-delays", "a" * 64)


def test_the_copy_is_enough_to_fetch_when_aws_is_away(
    registry: Registry, platform: PlatformRefs, release: Make, tmp_path: Path
) -> None:
    record, archive = release()
    registry.publish(record, archive)
    away = platform.model_copy(update={"aws_endpoint": "http://127.0.0.1:9"})
    assert Registry(away, tmp_path / "home").fetch("flight-delays", record.digest).is_dir()


def test_the_digest_of_another_product_is_not_this_products_release(registry: Registry, release: Make) -> None:
    record, archive = release()
    registry.publish(record, archive)
    with pytest.raises(SixfoldError, match="release other/"):
        registry.fetch("other", record.digest)


def test_packing_again_gives_the_bytes_that_were_published(registry: Registry, release: Make, tmp_path: Path) -> None:
    record, archive = release()
    registry.publish(record, archive)
    pack(registry.fetch("flight-delays", record.digest), tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == archive.read_bytes()
