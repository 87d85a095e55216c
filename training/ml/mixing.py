"""Several policies behind one sampling job, each with its weight (R85). Torch-free.

The first policy plays the role `model`, the others `model_2` to `model_9`: a ranking has at most
nine places.
"""

from collections.abc import Mapping

FIRST_POLICY = "model"
MAXIMUM_POLICIES = 9
POLICY_ROLES = (FIRST_POLICY, *(f"model_{n}" for n in range(2, MAXIMUM_POLICIES + 1)))
# Most of the paper's comparisons are of its supervised policies, some of its PPO policies (Ouyang
# et al. 2022, section 3.1); how many is not printed.
SUPERVISED_SHARE = 0.75


def default_weights(is_supervised: Mapping[str, bool]) -> dict[str, float]:
    """The weight of each role: three quarters to the supervised policies, if there are others too.

    Within either group all weigh the same.
    """
    num_supervised = sum(is_supervised.values())
    num_others = len(is_supervised) - num_supervised
    if not (num_supervised and num_others):
        return dict.fromkeys(is_supervised, 1 / len(is_supervised))
    shares = {
        True: SUPERVISED_SHARE / num_supervised,
        False: (1 - SUPERVISED_SHARE) / num_others,
    }
    return {role: shares[supervised] for role, supervised in is_supervised.items()}
