from hypothesis import strategies as st

from rackwright.lock.model import Image, Lock, OperatingSystem, Package

words = st.from_regex(r"[a-z][a-z0-9.+-]{0,12}", fullmatch=True)
versions = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}(-[0-9a-z.+~]{1,8})?", fullmatch=True)
systems = st.builds(OperatingSystem, distribution=st.sampled_from(["debian", "ubuntu", "rocky"]), release=words)
packages = st.builds(
    Package,
    version=versions,
    role=words,
    held=st.booleans(),
    source=st.sampled_from(["distribution", "nvidia", "built", "pypi"]),
    why=st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
)
images = st.builds(Image, digest=st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True), stand_in=st.booleans())
locks = st.builds(
    Lock,
    version=st.just(1),
    os=systems,
    packages=st.dictionaries(words, packages, max_size=4),
    images=st.dictionaries(words, images, max_size=3),
    modules=st.dictionaries(words, versions, max_size=3),
)
