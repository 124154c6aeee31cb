import pytest

import treebanks
from treebanks.catalogue import entry
from treebanks.verify import state


@pytest.fixture(scope="session")
def sst(real_home):
    if state(entry("sst")) != "here":
        pytest.skip("the Stanford Sentiment Treebank is not under TREEBANKS_HOME: treenn data fetch sst")
    return treebanks.load("sst")
