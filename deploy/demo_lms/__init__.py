"""A small learning management system to try OpenJupyter with.

It stands for the outside world (Moodle, openHPI): it launches exercises by LTI 1.1 and receives scores by LTI 1.1
Basic Outcomes. On purpose it shares no LTI or OAuth code with OpenJupyter, so that each checks the other.
"""

from deploy.demo_lms.app import RunningLms, make_app, start
from deploy.demo_lms.config import Config, ConfigError

__all__ = ["Config", "ConfigError", "RunningLms", "make_app", "start"]
