"""What holds where nothing is configured; apart, because `plugin` needs it in every run of pytest and must not load the rest."""

TEST_DATA = ("testdata", "fixtures", "__fixtures__", "test/data")  # files to leave out
