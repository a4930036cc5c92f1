"""What a session may see of the past."""

from tests.company import Company


def test_a_manager_sees_what_was_theirs_then_and_what_is_theirs_by_now(company: Company) -> None:
    lee = company.people["lee"].id
    before = company.clock()
    company.later(days=1)
    company.move("lee", "erik")
    company.later(days=1)
    after = company.clock()
    company.later(days=1)
    seen = {}
    for manager in ("dana", "erik", "sam", "olga"):
        context = company.acting_as(manager)
        seen[manager] = (context.may_see(lee, before), context.may_see(lee, after))
        context.store.close()
    assert seen == {"dana": (True, False), "erik": (True, True), "sam": (False, False), "olga": (True, True)}
